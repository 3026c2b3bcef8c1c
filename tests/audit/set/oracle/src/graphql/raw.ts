const endpoint = "/graphql";

async function gqlFetch(query: string, variables: Record<string, unknown> = {}) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()).data;
}

export function watchTurn(id: string, onTurn: (turn: number) => void) {
  const timer = setInterval(async () => { //= interval ungated
    const data = await gqlFetch("query Turn($id: ID!) { session(id: $id) { turn } }", { id });
    onTurn(data.session.turn);
  }, 2000);
  return () => clearInterval(timer);
}

export function keepSeat(id: string) {
  const timer = setInterval(() => { //= none
    void gqlFetch("mutation Keep($id: ID!) { keepSeat(id: $id) }", { id });
  }, 20_000);
  return () => clearInterval(timer);
}

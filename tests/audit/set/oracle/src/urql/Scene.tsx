import { gql, useQuery, useMutation } from "urql";
import { useEffect, useState } from "react";
import { GraphQLClient, request } from "graphql-request";

const SCENE = gql`query Scene($id: ID!) { scene(id: $id) { id tokens { id x y } } }`;
const SEEN = gql`mutation Seen($id: ID!) { seen(id: $id) }`;
const graphql = new GraphQLClient("/graphql");

export function Scene({ id }: { id: string }) {
  const [result, reexecute] = useQuery({ query: SCENE, variables: { id } });
  const [, seen] = useMutation(SEEN);
  const [weather, setWeather] = useState<unknown>();
  const [sparkle, setSparkle] = useState(0);

  useEffect(() => {
    if (result.fetching) return;
    const timer = setTimeout(() => { //= timeout ungated
      reexecute({ requestPolicy: "network-only" });
    }, 3000);
    return () => clearTimeout(timer);
  }, [result.fetching, reexecute]);

  useEffect(() => {
    const timer = setInterval(() => seen({ id }), 5000); //= none
    return () => clearInterval(timer);
  }, [id, seen]);

  useEffect(() => {
    const timer = setInterval(async () => { //= interval ungated
      setWeather(await graphql.request(gql`query { weather { kind } }`));
    }, 60_000);
    return () => clearInterval(timer);
  }, []);

  useEffect(() => {
    const load = () => request<{ doors: string[] }>("/graphql", gql`{ doors { id } }`).then(console.table);
    const timer = setInterval(load, 4000); //= interval ungated
    const shine = setInterval(() => setSparkle(Math.random()), 200); //= none
    return () => [timer, shine].forEach(clearInterval);
  }, []);

  return <pre style={{ opacity: sparkle }}>{JSON.stringify([result.data, weather])}</pre>;
}

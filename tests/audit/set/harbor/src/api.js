const ask = async (path, options) => (await fetch(path, options)).json();
export const api = {
  get: (path) => ask(path),
  post: (path, body) => ask(path, { method: "POST", body: JSON.stringify(body) }),
};

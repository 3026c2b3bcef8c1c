const headers = { accept: "application/json" };

export const get = async <T>(path: string): Promise<T> => {
  const response = await fetch(`/api/${path}`, { headers, credentials: "same-origin" });
  if (!response.ok) throw new Error(response.statusText);
  return (await response.json()) as T;
};

export const post = (path: string, body: unknown) =>
  fetch(`/api/${path}`, { method: "POST", headers, body: JSON.stringify(body) });

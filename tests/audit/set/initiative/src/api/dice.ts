import ky from "ky";

const client = ky.create({ prefixUrl: "/api/v2/dice", retry: 1 });

const diceApi = {
  recent: (table: string) => client.get(`${table}/recent`).json<{ id: number; text: string }[]>(),
  roll: (table: string, formula: string) => client.post(`${table}/roll`, { json: { formula } }).json(),
};

export default diceApi;

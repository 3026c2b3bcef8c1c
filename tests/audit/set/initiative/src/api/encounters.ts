import { http } from "./http";

export interface Combatant {
  id: string;
  name: string;
  initiative: number;
  hp: number;
}

export interface Encounter {
  id: string;
  round: number;
  activeIndex: number;
  combatants: Combatant[];
}

export const encounters = {
  async byId(id: string): Promise<Encounter> {
    const { data } = await http.get<Encounter>(`/encounters/${id}`);
    return data;
  },
  async combatants(id: string) {
    return (await http.get<Combatant[]>(`/encounters/${id}/combatants`)).data;
  },
  async save(encounter: Encounter) {
    await http.put(`/encounters/${encounter.id}`, encounter);
  },
  async damage(id: string, combatant: string, amount: number) {
    await http.post(`/encounters/${id}/combatants/${combatant}/damage`, { amount });
  },
};

export async function touchPresence(campaignId: string) {
  await http.post(`/campaigns/${campaignId}/presence`);
}

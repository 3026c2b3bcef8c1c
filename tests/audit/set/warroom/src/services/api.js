import axios from "axios";

const api = axios.create({ baseURL: "/api" });

export default {
  getScene(id) {
    return api.get(`/scenes/${id}`).then((r) => r.data);
  },
  getTokens(id) {
    return api.get(`/scenes/${id}/tokens`).then((r) => r.data);
  },
  getLog(id, after) {
    return api({ method: "get", url: `/scenes/${id}/log`, params: { after } }).then((r) => r.data);
  },
  moveToken(id, x, y) {
    return api.patch(`/tokens/${id}`, { x, y });
  },
  beat(name) {
    return api.post("/presence", { name });
  },
};

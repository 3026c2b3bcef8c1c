import axios, { type AxiosInstance } from "axios";

import { clearSession, getAccessToken } from "@/lib/auth";

export const http: AxiosInstance = axios.create({
  baseURL: import.meta.env.VITE_API_URL ?? "/api/v2",
  timeout: 10_000,
});

http.interceptors.request.use((config) => {
  const token = getAccessToken();
  if (token) config.headers.Authorization = `Bearer ${token}`;
  return config;
});

http.interceptors.response.use(
  (response) => response,
  (error) => {
    if (error.response?.status === 401) clearSession();
    return Promise.reject(error);
  },
);

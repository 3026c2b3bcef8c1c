import { configureStore, createSlice, type PayloadAction } from "@reduxjs/toolkit";
import { tableApi } from "app/api";
import { netMiddleware } from "net/middleware";

const seat = createSlice({
  name: "seat",
  initialState: { id: "", connected: false, lastSeen: 0 },
  reducers: {
    seated: (state, action: PayloadAction<string>) => {
      state.id = action.payload;
    },
    connected: (state, action: PayloadAction<boolean>) => {
      state.connected = action.payload;
    },
    ticked: (state) => {
      state.lastSeen = Date.now();
    },
  },
});

export const { seated, connected, ticked } = seat.actions;
export const selectConnected = (state: RootState) => state.seat.connected;

export const store = configureStore({
  reducer: { seat: seat.reducer, [tableApi.reducerPath]: tableApi.reducer },
  middleware: (all) => all().concat(tableApi.middleware, netMiddleware),
});

setInterval(() => store.dispatch(ticked()), 1000); //= none
setInterval(() => store.dispatch(tableApi.util.invalidateTags(["Chat"])), 12_000); //= interval ungated

export type RootState = { seat: ReturnType<typeof seat.reducer> };

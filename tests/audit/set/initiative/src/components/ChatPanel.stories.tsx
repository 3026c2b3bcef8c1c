import type { Meta } from "@storybook/react";
import { ChatPanel } from "./ChatPanel";

export default { component: ChatPanel } satisfies Meta;

export const Busy = () => {
  setInterval(() => fetch("/mock/chat").then((it) => it.json()), 500); //= none
  return <ChatPanel table="demo" />;
};

import { useEffect, useRef } from "react";
import { useChatQuery, tableApi } from "app/api";
import { socket } from "net/middleware";

export function Chat({ match, hidden }: { match: string; hidden: boolean }) {
  const { data } = useChatQuery(match, {
    pollingInterval: 5000, //= option ungated
    skip: hidden,
  });
  const box = useRef<HTMLDivElement>(null);
  const result = tableApi.endpoints.units.useQuery(match, { pollingInterval: 15_000 }); //= option ungated

  useEffect(() => {
    const id = setInterval(() => { //= none
      const el = box.current;
      if (el && el.scrollTop + el.clientHeight < el.scrollHeight) el.scrollTop += 2;
    }, 30);
    return () => clearInterval(id);
  }, []);

  const typing = useRef<ReturnType<typeof setTimeout>>();
  const onKey = () => {
    if (!typing.current) socket.emit("chat:typing", { match, typing: true });
    clearTimeout(typing.current);
    typing.current = setTimeout(() => { //= none
      socket.emit("chat:typing", { match, typing: false });
      typing.current = undefined;
    }, 3000);
  };

  return <div ref={box} onKeyDown={onKey}>{data?.join("\n")} {result.isFetching && "…"}</div>;
}

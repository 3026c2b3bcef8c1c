import { json, type LoaderFunctionArgs } from "@remix-run/node";
import { useFetcher, useLoaderData, useRevalidator } from "@remix-run/react";
import { useEffect, useState } from "react";
import { useEventSource } from "remix-utils/sse/react";

import { useRevalidateEvery, useRevalidateOnFocus } from "../hooks/use-revalidate";

export async function loader({ params }: LoaderFunctionArgs) {
  let answer = await fetch(`http://engine.internal/matches/${params.id}`);
  for (let tries = 0; !answer.ok && tries < 3; tries++) { //= none
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer = await fetch(`http://engine.internal/matches/${params.id}`);
  }
  return json(await answer.json());
}

export default function Match() {
  const match = useLoaderData<typeof loader>();
  const fetcher = useFetcher<{ lines: string[] }>();
  const revalidator = useRevalidator();
  const turn = useEventSource("/sse/turn");
  const [blink, setBlink] = useState(false);

  useRevalidateEvery({ interval: 5000, enabled: !match.over }); //= wrapper ungated
  useRevalidateOnFocus();

  useEffect(() => {
    const id = setInterval(() => fetcher.load("/match/log"), 4000); //= interval ungated
    return () => clearInterval(id);
  }, [fetcher]);

  useEffect(() => {
    const id = setInterval(() => fetcher.submit({ seen: "1" }, { method: "post", action: "/match/seen" }), 15_000); //= none
    return () => clearInterval(id);
  }, [fetcher]);

  useEffect(() => {
    if (turn) revalidator.revalidate();
  }, [turn, revalidator]);

  useEffect(() => {
    const id = setInterval(() => setBlink((it) => !it), 700); //= none
    return () => clearInterval(id);
  }, []);

  return <main className={blink ? "on" : "off"}>{match.name} {fetcher.data?.lines.join()}</main>;
}

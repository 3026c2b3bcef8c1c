import { createFileRoute, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";

export const Route = createFileRoute("/tables")({
  staleTime: 5_000,
  loader: async () => (await fetch("/api/tables")).json(),
  component: Tables,
});

function Tables() {
  const router = useRouter();
  const client = useQueryClient();
  const tables = Route.useLoaderData();

  useEffect(() => {
    const timer = window.setInterval(() => router.invalidate(), 10_000); //= interval ungated
    return () => window.clearInterval(timer);
  }, [router]);

  const { data: invites } = useSuspenseQuery({
    queryKey: ["invites"],
    queryFn: async () => (await fetch("/api/invites")).json(),
    refetchInterval: 20_000, //= option ungated
    refetchIntervalInBackground: true,
  });

  useEffect(() => {
    const timer = setInterval(() => client.refetchQueries({ queryKey: ["friends"] }), 30_000); //= interval ungated
    return () => clearInterval(timer);
  }, [client]);

  useEffect(() => {
    const timer = setInterval(() => client.setQueryData(["now"], Date.now()), 1000); //= none
    return () => clearInterval(timer);
  }, [client]);

  return <ul>{tables.map((it: { id: string }) => <li key={it.id}>{it.id} {invites.length}</li>)}</ul>;
}

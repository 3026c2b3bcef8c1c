import { ApolloClient, HttpLink, InMemoryCache, split } from "@apollo/client";
import { RetryLink } from "@apollo/client/link/retry";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { getMainDefinition } from "@apollo/client/utilities";
import { createClient } from "graphql-ws";

const ws = createClient({
  url: `wss://${location.host}/graphql`,
  keepAlive: 12_000,
  retryWait: async (retries) => {
    await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** Math.min(retries, 5))); //= none
  },
});

const http = new RetryLink({ delay: { initial: 300, max: 10_000, jitter: true } }).concat(
  new HttpLink({ uri: "/graphql" }),
);

export const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: split(
    ({ query }) => {
      const definition = getMainDefinition(query);
      return definition.kind === "OperationDefinition" && definition.operation === "subscription";
    },
    new GraphQLWsLink(ws),
    http,
  ),
  defaultOptions: {
    watchQuery: {
      fetchPolicy: "cache-and-network",
      pollInterval: 10_000, //= option ungated
    },
  },
});

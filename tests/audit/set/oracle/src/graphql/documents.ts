import { gql } from "@apollo/client";

export const PARTY = gql`
  query Party($id: ID!) {
    party(id: $id) {
      id
      members { id name hp }
    }
  }
`;
export const LOG = gql`query Log($id: ID!) { log(party: $id) { id text } }`;
export const MAP = gql`query Map($id: ID!) { map(party: $id) { url fog } }`;
export const MOVE = gql`mutation Move($id: ID!, $x: Int!, $y: Int!) { move(id: $id, x: $x, y: $y) { id } }`;

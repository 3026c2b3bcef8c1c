import { gql } from "@apollo/client";

export const STARS = gql`{ stars { id name } }`;

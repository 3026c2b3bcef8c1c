export interface Token {
  id: string;
  x: number;
  y: number;
}
export interface Database {
  public: { Tables: { tokens: { Row: Token; Insert: Token; Update: Partial<Token> } } };
}

/** What is said of an error: two texts for a `UserError`. */
export interface Explanation {
  readonly message: string;
  readonly hint: string;
}

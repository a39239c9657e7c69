/** One row of docs/security.md on software and reliability. */
export interface Promised {
  readonly id: string;
  readonly says: string;
  /** `partly` and `later` say what is missing. */
  readonly state: "held" | "partly" | "later";
  readonly note: string;
  /** Files of tests, and what a title of theirs holds. */
  readonly by: readonly (readonly [file: string, title: string])[];
}

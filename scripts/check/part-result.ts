/** What one part of the check found. */
export interface PartResult {
  readonly ok: boolean;
  /** Everything a person needs to repair it; empty or mere notes when `ok`. */
  readonly output: string;
  /** One line for the table. */
  readonly note: string;
}

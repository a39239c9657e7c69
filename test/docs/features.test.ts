import { readFileSync } from "node:fs";
import { expect } from "chai";

/** Rows that the platform owes (issue 5). */
const OWED = [...[...between(1, 20), ...between(23, 44), ...between(62, 69), ...between(71, 91), 96, 97, 99]];

const rows = readFileSync("docs/features.md", "utf8")
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter(([, number]) => /^\d+$/.test(number ?? ""))
  .map((cells) => ({ number: Number(cells[1]), ours: cells[10]!, shown: cells[11]! }));

describe("docs/features.md", () => {
  it("has every row once", () => {
    expect(rows.map(({ number }) => number)).to.deep.equal(between(1, 100));
  });

  it("says of each row that we have it, have it partly, or leave it to a later issue", () => {
    for (const { number, ours } of rows)
      expect(ours, `row ${number}`).to.match(/^(yes|partly[¹²³⁴⁵⁶⁷⁸]|later issue)$/);
  });

  it("names a test for every row that the platform owes", () => {
    const silent = rows.filter(({ number, shown }) => OWED.includes(number) && tests(shown).length === 0);
    expect(silent.map(({ number }) => number)).to.deep.equal([]);
  });

  it("names only tests that exist, under the title that they have", () => {
    for (const { number, shown } of rows)
      for (const { file, title } of tests(shown))
        expect(titles(file), `row ${number}: ${file}`).to.include(title);
  });
});

/** `file: “title”`, several of them apart by `<br>`; throws at anything else. */
function tests(shown: string): readonly { readonly file: string; readonly title: string }[] {
  if (shown === "") return [];
  return shown.split("<br>").map((each) => {
    const [, file, title] = /^`([\w./-]+\.test\.ts)`: “(.+)”$/.exec(each) ?? [];
    if (file === undefined || title === undefined) throw new Error(`not a test: ${each}`);
    return { file, title };
  });
}

/** The titles of a file's tests, as they are written. */
function titles(file: string): readonly string[] {
  const calls = readFileSync(file, "utf8").matchAll(/\bit\(\s*(["'`])(.*?)(?<!\\)\1,/gs);
  return [...calls].map(([, quote, title]) => title!.replaceAll(`\\${quote}`, quote!));
}

function between(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

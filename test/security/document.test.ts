import { readFileSync } from "node:fs";
import { expect } from "chai";
import { SECTIONS } from "./document.ts";
import { FAULTS, PROMISES } from "./reliability.ts";
import { SOFTWARE } from "./software.ts";

describe("docs/security.md", () => {
  const document = readFileSync("docs/security.md", "utf8");

  for (const [title, rows] of SECTIONS)
    it(`says what the tests show: ${title.split("\n")[0]!.replace(/^#+ /, "")}`, () => {
      expect(document).to.include(`${title}\n`);
      const from = document.indexOf(`${title}\n`) + title.length;
      const section = document.slice(from).split(/\n#/)[0]!;
      const written = section
        .split("\n")
        .filter((line) => line.startsWith("| ") && !line.startsWith("| id") && !line.startsWith("| ---"));
      expect(written).to.deep.equal(rows);
    });

  it("names tests that there are, and knows what is missing where something is", () => {
    for (const { id, state, note, by } of [...SOFTWARE, ...PROMISES, ...FAULTS]) {
      for (const [file, title] of by) expect(readFileSync(file, "utf8"), `${id}: ${file}`).to.include(title);
      if (state !== "later") expect(by, id).to.not.have.length(0);
      if (state !== "held") expect(note, id).to.not.equal("");
    }
  });
});

import { execFileSync } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { progressOf } from "../../cli/terminal.ts";

/** What is written on stderr meanwhile, were it a terminal of so many columns or none. */
function said(isTTY: boolean, tell: () => void, columns = 80): readonly string[] {
  const lines: string[] = [];
  const { stderr } = process;
  const before = ["isTTY", "columns", "write"].map(
    (name) => [name, Object.getOwnPropertyDescriptor(stderr, name)] as const,
  );
  const write = (text: string) => lines.push(stripVTControlCharacters(text).trim());
  Object.entries({ isTTY, columns, write }).forEach(([name, value]) => {
    Object.defineProperty(stderr, name, { value, configurable: true, writable: true });
  });
  try {
    tell();
  } finally {
    for (const [name, descriptor] of before)
      if (descriptor === undefined) Reflect.deleteProperty(stderr, name);
      else Object.defineProperty(stderr, name, descriptor);
  }
  return lines;
}

function planTwo(total: number): void {
  const { started, finished } = progressOf(total);
  started("planning cart");
  started("planning web");
  finished("planning cart");
}

describe("colors", () => {
  const url = new URL("../../cli/terminal.ts", import.meta.url).href;
  const colored = (FORCE_COLOR: string) =>
    execFileSync(
      process.execPath,
      [
        "--import=tsx",
        "-e",
        `import(${JSON.stringify(url)}).then((it) => console.log(String(it.colorful === true)))`,
      ],
      { encoding: "utf8", env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR } },
    ).trim();

  it("come in pipes where FORCE_COLOR asks for them, in Node's words", () => {
    for (const asked of ["", "1", "3", "true"]) expect(colored(asked), asked).to.equal("true");
    for (const refused of ["0", "false"]) expect(colored(refused), refused).to.equal("false");
  });
});

describe("progress", () => {
  it("is a bar on a terminal, and says what is under way", () => {
    expect(said(true, () => planTwo(2))).to.deep.equal([
      "░░░░░░░░░░░░░░░░░░░░░░░░ 0 of 2 · planning cart …",
      "░░░░░░░░░░░░░░░░░░░░░░░░ 0 of 2 · planning web …",
      "████████████░░░░░░░░░░░░ 1 of 2 · planning web …",
    ]);
  });

  it("fits the terminal, and is whole on one that does not tell its columns", () => {
    const tell = () => progressOf(1).started("planning cart");
    expect(said(true, tell, 10)).to.deep.equal(["plannin …"]);
    expect(said(true, tell, 0)).to.deep.equal(["planning cart …"]);
  });

  it("is a plain line for each task in pipes and files", () => {
    expect(said(false, () => planTwo(2))).to.deep.equal(["planning cart …", "planning web …"]);
  });

  it("needs no bar for one task", () => {
    expect(said(true, () => progressOf(1).started("planning cart"))).to.deep.equal(["planning cart …"]);
  });
});

import { readFileSync } from "node:fs";
import { expect } from "chai";
import { run } from "../cli/setpoint.ts";

describe("README.md", () => {
  it("shows what `npm start` prints of the stack prod, line by line", async () => {
    const text = readFileSync("README.md", "utf8");
    const [, excerpt] = /<!-- excerpt -->\n```\n(.*)```\n<!-- \/excerpt -->/s.exec(text)!;
    const passages = excerpt!.split(/^ *…\n/m).map((passage) => passage.trimEnd());
    const cart = ["--stack", "prod", "--service", "cart"];
    const printed = [
      (await run(["plan", ...cart])).stdout,
      (await run(["backtest", ...cart, "--holdout", "7"])).stdout,
    ].join("\n");
    for (const passage of passages) expect(printed).to.include(passage.replace(/^\n/, ""));
    expect(passages).to.have.length.above(2);
  });
});

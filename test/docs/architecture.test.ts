import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect } from "chai";

describe("docs/architecture.md", () => {
  it("lists every file of policy/ under one subject", () => {
    const [, map = ""] = readFileSync("docs/architecture.md", "utf8").split("## `policy/` by subject");
    const [rows = ""] = map.split("\n## ");
    const listed = [...rows.matchAll(/`([\w.-]+)`(?= [·|])/g)].map(([, file]) => file);
    const files = readdirSync("policy").map((file) => basename(file, ".ts"));
    expect(listed.toSorted()).to.deep.equal(files.toSorted());
  });
});

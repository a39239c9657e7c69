import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { dataUrl, run, setpoint } from "./setpoint.ts";

describe("setpoint", () => {
  for (const level of ["", "plan", "backtest", "check", "compare", "preview", "calibrate", "tour"])
    it(`explains ${level || "itself"} with examples, in lines of at most 100 columns`, async () => {
      const { code, stdout, stderr } = await run(level === "" ? ["--help"] : [level, "--help"]);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      expect(stdout.startsWith(`Usage: setpoint ${level}`)).to.equal(true);
      expect(stdout).to.include("$ setpoint");
      for (const line of stdout.split("\n")) expect(line.length, line).to.be.at.most(100);
    });

  const wrong: [string, RegExp][] = [
    ["", /Usage: setpoint/],
    ["paln", /unknown command 'paln'.*plan/s],
    ["plan --fromat json", /Did you mean --format/],
    ["plan --format xml", /Allowed choices are text, json, aws/],
    ["plan --stack dev -f services.yaml", /cannot be used with/],
    ["plan services.yaml", /too many arguments/],
    ["backtest --holdout 0", /whole number of days/],
    ["backtest --holdout 7 --trace monday.csv", /cannot be used with/],
    ["plan --stack staging", /there is no stack `staging`.*known here: dev, prod/],
    ["preview --stack prd", /there is no stack `prd`.*did you mean `prod`/],
  ];
  for (const [line, right] of wrong)
    it(`exits with 2 on \`setpoint ${line}\`, and says what would be right`, async () => {
      const { code, stdout, stderr } = await run(line.split(" ").filter((word) => word !== ""));
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
      expect(stderr).to.match(right).and.not.include("    at ");
    });

  it("runs from any folder, and takes the stacks that come with it where there is no project", async () => {
    const { code, stderr } = await setpoint(tmpdir(), ["plan", "--stack", "staging"]);
    expect(code).to.equal(2);
    expect(stderr).to.match(/known here: dev, prod/);
  });

  it("names both versions where Node is too old", async () => {
    const old = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.8" } });`;
    const { code, stderr } = await setpoint(tmpdir(), ["--help"], [`--import=${dataUrl(old)}`]);
    const said = "setpoint needs Node 20 or newer; this is Node 18.20.8.\n";
    expect({ code, stderr }).to.deep.equal({ code: 2, stderr: said });
  });

  it("is silent when its reader stops reading", () => {
    const program = fileURLToPath(new URL("../../cli/setpoint.js", import.meta.url));
    const { stderr } = spawnSync("sh", ["-c", `"${process.execPath}" "${program}" --help | true`]);
    expect(stderr.toString()).to.equal("");
  });

  it("tells in one line that its output cannot be written", function () {
    if (!existsSync("/dev/full")) this.skip(); // Linux has a disk that is always full
    const program = fileURLToPath(new URL("../../cli/setpoint.js", import.meta.url));
    const { status, stderr } = spawnSync("sh", [
      "-c",
      `"${process.execPath}" "${program}" --help > /dev/full`,
    ]);
    expect({ status, stderr: stderr.toString() }).to.deep.equal({
      status: 1,
      stderr: "setpoint failed: its output cannot be written; ENOSPC: no space left on device, write.\n",
    });
  });

  it("tells every wrong option of a command line at once", async () => {
    const { code, stdout, stderr } = await run(["backtest", "--holdout", "x", "-j", "0", "--format", "xml"]);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    expect(stderr).to.match(
      /'--holdout <days>' argument 'x' is invalid\. It takes a whole number of days from 1 to 365\.\n/,
    );
    expect(stderr).to.match(
      /'-j, --jobs <count>' argument '0' is invalid\. .*\n.*'--format <format>' argument 'xml' is invalid\. Allowed/,
    );
  });
});

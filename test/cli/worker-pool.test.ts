import { expect } from "chai";
import type { Contest } from "../../cli/jobs.ts";
import { inOrder, type Task } from "../../cli/worker-pool.ts";
import { comparison } from "../../policy/comparison.ts";
import { CART, controlsOf, flat } from "../support/services.ts";
import { folder, run, serviceYaml } from "./setpoint.ts";

const unwatched = { started: () => {}, finished: () => {} };

/** Replays that take the longer the earlier they come, so that the later ones are ready first. */
function contests(count: number): readonly Task<"judge">[] {
  return Array.from({ length: count }, (_, i) => ({
    title: `replaying service ${i}`,
    input: {
      service: CART,
      trace: flat(10 + i, 20 + 10 * (count - i)),
      given: controlsOf({ min: 4, max: 4 }),
    },
  }));
}

/** A replay without traffic, which no thread can do. */
const broken: Task<"judge"> = {
  title: "replaying broken",
  input: { ...contests(1)[0]!.input, trace: null } as unknown as Contest,
};

async function all<T>(results: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}

async function failure(
  results: AsyncIterable<unknown>,
): Promise<{ readonly before: number; readonly error: Error }> {
  let before = 0;
  try {
    for await (const _ of results) before++;
  } catch (error) {
    return { before, error: error as Error };
  }
  throw new Error("it was to fail");
}

describe("jobs on several threads", () => {
  it("give the same results as on one, in the order of the tasks", async () => {
    const tasks = contests(9);
    const results = await all(inOrder("judge", tasks, 3, unwatched));
    expect(results).to.deep.equal(await all(inOrder("judge", tasks, 1, unwatched)));
    expect(results.map(({ contenders }) => contenders)).to.deep.equal(
      tasks.map(({ input }) => comparison(input.service, input.given!, input.trace).contenders),
    );
  });

  it("start no thread for one task, and no more than there are tasks", async () => {
    let workers = 0;
    const count = () => workers++;
    process.on("worker", count);
    await all(inOrder("judge", contests(1), 8, unwatched));
    expect(workers).to.equal(0);
    await all(inOrder("judge", contests(2), 8, unwatched));
    process.off("worker", count);
    expect(workers).to.equal(2);
  });

  for (const threads of [1, 3])
    it(`fail in the place of the task that fails, and name it: ${threads} at a time`, async () => {
      const tasks = [...contests(4), broken, ...contests(4)];
      const { before, error } = await failure(inOrder("judge", tasks, threads, unwatched));
      expect(before).to.equal(4);
      expect(error.message).to.match(/^replaying broken: Cannot read properties of null/);
      expect((error.cause as Error).stack).to.include("policy/"); // where it failed, for --debug
    });

  it("fail with the task's name where its input cannot be sent to a thread", async () => {
    const input = { ...contests(1)[0]!.input, extra: () => {} };
    const { error } = await failure(
      inOrder("judge", [{ title: "replaying it", input }, broken], 2, unwatched),
    );
    expect(error.message).to.match(/^replaying it: .*could not be cloned/);
  });

  it("do not run ahead of a reader who is slow, and stop when he has enough", async () => {
    let [started, read] = [0, 0];
    const watch = { started: () => started++, finished: () => {} };
    for await (const _ of inOrder("judge", contests(44), 2, watch)) {
      await new Promise((resolve) => setTimeout(resolve, read < 4 ? 100 : 0));
      expect(started - read).to.be.at.most(2 * 8 + 2); // eight a thread wait, and one a thread is under way
      if (++read === 22) break;
    }
    const stopped = started;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(started).to.equal(stopped).and.be.below(44);
  });

  it("stop for a reader who leaves while every thread waits for him", async () => {
    let finished = 0;
    const watch = { started: () => {}, finished: () => finished++ };
    for await (const _ of inOrder("judge", contests(40), 2, watch)) {
      while (finished < 2 * 8) await new Promise((resolve) => setTimeout(resolve, 10)); // all that may be ahead of him
      break;
    }
    expect(finished).to.be.below(40);
  });

  it("tell of every task that it has begun and ended", async () => {
    const told: string[] = [];
    const watch = {
      started: (title: string) => told.push(`+${title}`),
      finished: (title: string) => told.push(`-${title}`),
    };
    await all(inOrder("judge", contests(5), 2, watch));
    expect(told.toSorted()).to.deep.equal(
      ["+", "-"].flatMap((sign) => contests(5).map(({ title }) => `${sign}${title}`)),
    );
  });
});

describe("setpoint on many services", () => {
  const names = ["cart", "web", "search"];
  const yaml = names.map((name, i) => `  ${name}:${serviceYaml(`{ peak: ${12 + 3 * i} /s }`)}`).join("");
  const csv = `timestamp,rps\n${Array.from({ length: 90 }, (_, i) => `${60 * i},${10 + (i % 20)}`).join("\n")}\n`;
  const root = folder({ "many.yaml": `services:\n${yaml}`, "monday.csv": csv });
  const monday = `${root}/monday.csv`;
  const many = ["-f", `${root}/many.yaml`];
  const lines = [
    ["plan"],
    ["plan", "--format", "json"],
    ["backtest", "--trace", monday],
    ["backtest", "--trace", monday, "--format", "json"],
  ];
  for (const [command, ...options] of lines)
    it(`prints the same on one thread and on three: ${[command, ...options.filter((word) => word !== monday)].join(" ")}`, async () => {
      const [one, three] = [
        await run([command!, ...many, ...options, "--jobs", "1"]),
        await run([command!, ...many, ...options, "--jobs", "3"]),
      ];
      expect(three.code).to.equal(one.code);
      expect(three.stdout).to.equal(one.stdout);
      const places = names.map((name) => one.stdout.search(new RegExp(`^.*\\b${name}\\b`, "m")));
      expect(places)
        .to.deep.equal(places.toSorted((a, b) => a - b))
        .and.not.include(-1);
    });

  it("prints JSON as one document, as JSON.stringify would", async () => {
    const { stdout } = await run(["plan", ...many, "--format", "json"]);
    expect(stdout).to.equal(`${JSON.stringify(JSON.parse(stdout), null, 2)}\n`);
  });

  for (const wrong of ["0", "1.5", "many", "9999"])
    it(`exits with 2 on --jobs ${wrong}`, async () => {
      const { code, stderr } = await run(["plan", ...many, "--jobs", wrong]);
      expect(code).to.equal(2);
      expect(stderr).to.match(/whole number from 1 to 1024/);
    });
});

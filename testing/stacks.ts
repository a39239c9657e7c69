import { didYouMean } from "../adapters/bad-input.ts";
import type { Registration } from "../adapters/offline-preview.ts";
import type { Rule } from "../guard/rule.ts";
import type { DeployedStack } from "./deployed-stack.ts";
import { differences, written } from "./input-differences.ts";

/** Inputs that a resource must have: maps as far as they are named, texts by a regular expression if need be. */
export type Inputs = Readonly<Record<string, unknown>>;

declare global {
  namespace Chai {
    interface Assertion {
      /** A resource of that type has those inputs: `expect(stack).to.have.resource("aws:lb:TargetGroup", { port: 8080 })`. */
      resource(type: string, inputs?: Inputs): Assertion;
      /** There are such resources, and what follows is about their list: `.to.have.resources("aws:lb:TargetGroup").of.length(2)`. */
      resources(type: string, inputs?: Inputs): Assertion;
      /** Pulumi refuses to delete the resource of that name. */
      protect(name: string): Assertion;
      /** No rule of the guard finds anything: `expect(stack).to.obey(await guardRules())`. */
      obey(rules: readonly Rule[]): Assertion;
    }
  }
}

/** A chai plugin, for `use(stacks)`: what a program asks of the cloud, as assertions. */
export const stacks: Chai.ChaiPlugin = (chai, { flag }) => {
  const { Assertion, AssertionError } = chai;

  Assertion.addMethod("resource", function (type: string, inputs: Inputs = {}) {
    found(this, type, inputs);
  });
  Assertion.addMethod("resources", function (type: string, inputs: Inputs = {}) {
    const { those, wanted } = found(this, type, inputs);
    const names = those.map(({ name }) => name).join(", ");
    flag(this, "message", `${wanted}, which are ${names === "" ? "none" : names}`);
    flag(this, "object", those);
  });
  Assertion.addMethod("protect", function (name: string) {
    const { stack, registered } = deployedOf(this);
    const named = registered.filter((each) => each.name === name);
    if (named.length === 0)
      throw failure(
        this,
        `stack ${stack} has no resource ${name}; ${didYouMean(
          name,
          registered.map((each) => each.name),
        )}`,
      );
    this.assert(
      named.some(({ protect }) => protect),
      `expected stack ${stack} to protect ${name}`,
      `expected stack ${stack} not to protect ${name}`,
      undefined,
    );
  });
  Assertion.addMethod("obey", function (rules: readonly Rule[]) {
    const { stack, violations } = deployedOf(this);
    const broken = violations(rules);
    this.assert(
      broken.length === 0,
      `expected stack ${stack} to obey ${rules.length} rules\n${indented(broken)}`,
      `expected stack ${stack} not to obey ${rules.length} rules`,
      undefined,
    );
  });

  function found(assertion: Chai.AssertionStatic, type: string, inputs: Inputs) {
    const { stack, registered } = deployedOf(assertion);
    const some = Object.keys(inputs).length > 0;
    const wanted = `${type}${some ? ` with ${written(inputs)}` : ""}`;
    const ranked = registered
      .filter((each) => each.type === type || shortType(each.type) === type)
      .map((each) => ({ each, lacks: differences(inputs, each.inputs) }))
      .toSorted((a, b) => a.lacks.length - b.lacks.length);
    const those = ranked.filter(({ lacks }) => lacks.length === 0).map(({ each }) => each);
    assertion.assert(
      those.length > 0,
      `expected stack ${stack} to have ${wanted}\n${indented(nearest(ranked, registered, type))}`,
      `expected stack ${stack} not to have ${wanted}, and it has ${those.map(({ name }) => name).join(", ")}`,
      undefined,
    );
    return { those, wanted };
  }

  function deployedOf(assertion: Chai.AssertionStatic): DeployedStack {
    const subject: unknown = flag(assertion, "object");
    if (typeof subject === "object" && subject !== null && "registered" in subject)
      return subject as DeployedStack;
    throw failure(assertion, 'expected a stack, such as await deployed("prod") returns');
  }

  function failure(assertion: Chai.AssertionStatic, message: string): Error {
    return new AssertionError(message, undefined, flag(assertion, "ssfi"));
  }
};

interface Candidate {
  readonly each: Registration;
  readonly lacks: readonly string[];
}

/** What a failure shows: how far the nearest of that type is from what was asked for, or the nearest type. */
function nearest(
  [first, ...others]: readonly Candidate[],
  registered: readonly Registration[],
  type: string,
): readonly string[] {
  if (first === undefined) {
    const types = [...new Set(registered.map((each) => each.type))];
    const known = types.map((each) => (type.includes("/") ? each : shortType(each)));
    return [`it has none of that type; ${didYouMean(type, known)}`];
  }
  const more = others.length === 0 ? [] : [`of ${others.length + 1} of that type`];
  return [`nearest is ${first.each.name}`, ...first.lacks.map((lack) => `  ${lack}`), ...more];
}

/** `aws:lb:TargetGroup` for `aws:lb/targetGroup:TargetGroup`, as Pulumi prints it. */
function shortType(type: string): string {
  return type.replace(/\/[^:]*:/, ":");
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join("\n");
}

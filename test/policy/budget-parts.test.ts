import { expect } from "chai";
import { budgetParts } from "../../policy/budget-parts.ts";
import { shareServedWithin } from "../../policy/service-time.ts";
import { available, CART, promising } from "../support/services.ts";

describe("budgetParts", () => {
  it("splits the budget into what idle tasks miss and what capacity decides", () => {
    const { idle, rest } = budgetParts(CART, promising(0.99).slos[0]!);
    expect(idle).to.equal(1 - shareServedWithin(CART.capacity.serviceTime, 1));
    expect(idle + rest).to.be.closeTo(0.01, 1e-12);
  });

  it("leaves all to capacity where only refusals count, and where idle tasks break the promise already", () => {
    for (const { slos } of [available(0.999), promising(0.99, 0.25)]) {
      const { idle, rest } = budgetParts(CART, slos[0]!);
      expect([idle, rest]).to.deep.equal([0, 1 - slos[0]!.objective]);
    }
  });
});

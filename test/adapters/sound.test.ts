import { expect } from "chai";
import {
  eachSound,
  isSound,
  soundOver,
  soundRules,
  unsound,
  whereSound,
  without,
} from "../../adapters/sound.ts";

interface Bounds {
  readonly min: number;
  readonly max?: number;
}

describe("what is sound of a declaration", () => {
  const faulty = eachSound<Bounds>({ min: () => 2, max: unsound });

  it("ends the rules that read the rest, and no other", () => {
    const said = soundRules([({ min }) => [`min ${min}`], ({ max }) => [`max ${max}`]], faulty);
    expect(said).to.deep.equal(["min 2"]);
    expect(isSound<Bounds>(({ max }) => max)(faulty)).to.equal(false);
  });

  it("hides no mistake of ours: another error goes on", () => {
    const mistake = () => {
      throw new TypeError("x is undefined");
    };
    expect(() => whereSound(mistake)).to.throw(TypeError);
  });

  it("is not to be listed, nor asked for what is at fault, where something is missing", () => {
    expect(whereSound(() => Object.keys(faulty))).to.equal(undefined);
    expect(whereSound(() => "max" in faulty)).to.equal(undefined);
    expect(whereSound(() => "min" in faulty)).to.equal(true);
    const over = soundOver(() => ({ least: 1 }), faulty);
    expect([over.least, over.min]).to.deep.equal([1, 2]);
    expect(whereSound(() => over.max)).to.equal(undefined);
    expect(whereSound(() => "max" in over)).to.equal(undefined);
  });

  it("is a value without what issues are about, and nothing of one that they are about as a whole", () => {
    const value = { bounds: { min: 2, max: 1 }, name: "cart" };
    expect(without(value, [])).to.equal(value);
    const sound = without(value, [{ path: ["bounds", "max"] }]);
    expect([sound.name, sound.bounds.min]).to.deep.equal(["cart", 2]);
    expect(whereSound(() => sound.bounds.max)).to.equal(undefined);
    expect(whereSound(() => without(value, [{ code: "custom", path: [] }]))).to.equal(undefined);
  });
});

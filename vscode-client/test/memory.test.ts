import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FailureMemory } from "../src/memory";

/** What the editor keeps over reloads of the window. */
function store(values: Record<string, unknown> = {}) {
  return {
    get: (key: string) => values[key],
    update: (key: string, value: unknown) => {
      values[key] = value;
      return Promise.resolve();
    },
  };
}

describe("FailureMemory", () => {
  it("tells a failure once, also after a reload", async () => {
    const kept = store();
    assert.equal(await new FailureMemory(kept).isNews("no hangup in /a"), true);
    assert.equal(await new FailureMemory(kept).isNews("no hangup in /a"), false);
    assert.equal(await new FailureMemory(kept).isNews("no hangup in /b"), true);
    assert.equal(await new FailureMemory(kept).isNews("no hangup in /a"), false);
  });

  it("tells it again after a success", async () => {
    const memory = new FailureMemory(store());
    await memory.isNews("killed");
    await memory.forgetFailures();
    assert.equal(await memory.isNews("killed"), true);
  });

  it("tells nothing once muted, not even after a success, until the user restarts", async () => {
    const memory = new FailureMemory(store());
    await memory.mute();
    await memory.forgetFailures();
    assert.equal(await memory.isNews("killed"), false);
    await memory.forgetAll();
    assert.equal(await memory.isNews("killed"), true);
  });

  it("does not grow without end, and survives what others may have stored", async () => {
    const values: Record<string, unknown> = { "hangup.toldFailures": "rubbish" };
    const memory = new FailureMemory(store(values));
    for (let number = 0; number < 50; number++) {
      assert.equal(await memory.isNews(`failure ${number}`), true);
    }
    assert.equal((values["hangup.toldFailures"] as string[]).length, 20);
    assert.equal(await memory.isNews("failure 49"), false);
    assert.equal(await memory.isNews("failure 0"), true);
  });
});

/** What audiences are still to be told of, over one publish or several. Pure. */
import { nameOf } from "./draft.ts";
import type { Audience } from "./kinds.ts";
import type { JsonObject } from "./merge-patch.ts";
import type { ViewChange } from "./protocol.ts";
import { userAudience, viewChange, viewOf, type EntityId, type Rows } from "./views.ts";

/** An entity, and what an audience saw of it: undefined when nothing. */
export interface Sight {
  readonly id: EntityId;
  readonly view: JsonObject | undefined;
}

/** An entity's change for an audience, with the sight that it is a change of. */
export interface NetChange {
  readonly before: Sight;
  readonly change: ViewChange;
}

/** What an audience last knew of entities that have changed since, in the order they first did. */
export class Sights {
  readonly audience: Audience;
  readonly #sights = new Map<string, Sight>();

  constructor(audience: Audience) {
    this.audience = audience;
  }

  /** Keeps what was seen, unless something older is kept already. */
  keep(sight: Sight): void {
    const name = nameOf(sight.id);
    if (!this.#sights.has(name)) this.#sights.set(name, sight);
  }

  /** Keeps those of these entities that the audience sees changed between two states. */
  keepChanged(ids: readonly EntityId[], before: Rows, after: Rows): void {
    for (const id of ids) {
      if (this.#sights.has(nameOf(id))) continue;
      const view = viewOf(before, id, this.audience);
      if (viewChange(id, view, viewOf(after, id, this.audience))) this.keep({ id, view });
    }
  }

  /** From what was kept to what is seen now; what is as it was is left out. */
  netChanges(now: Rows): NetChange[] {
    return [...this.#sights.values()].flatMap((before) => {
      const change = viewChange(before.id, before.view, viewOf(now, before.id, this.audience));
      return change ? [{ before, change }] : [];
    });
  }
}

/**
 * Publishes held back, to be told of together.
 *
 * It keeps what an audience saw before the first publish that changed it, so what is told in the
 * end is the net effect, at the place of that first change.
 */
export class Batch {
  readonly #held = new Map<Audience, Sights>();

  /**
   * Adds a publish; `before` and `moved` are of its plan.
   *
   * What was held for a user who was moved is dropped: a snapshot follows.
   */
  add({ before, moved }: Held): void {
    for (const user of moved) this.#held.delete(userAudience(user));
    for (const [audience, sights] of before) {
      const held = this.#held.get(audience) ?? new Sights(audience);
      this.#held.set(audience, held);
      for (const sight of sights) held.keep(sight);
    }
  }

  /**
   * Takes what is held for one audience: its changes up to now, `[]` when they came to nothing,
   * undefined when no publish is held.
   */
  take(audience: Audience, now: Rows): ViewChange[] | undefined {
    const held = this.#held.get(audience);
    this.#held.delete(audience);
    return held?.netChanges(now).map(({ change }) => change);
  }

  /** Takes all that is held. An audience for which the net effect is nothing is there, with `[]`. */
  flush(now: Rows): Map<Audience, ViewChange[]> {
    const audiences = [...this.#held.keys()];
    return new Map(audiences.map((audience) => [audience, this.take(audience, now) ?? []]));
  }
}

/** What a batch needs of a plan. */
export interface Held {
  /** For each audience with a delta, what it saw before of each entity in it. */
  readonly before: ReadonlyMap<Audience, readonly Sight[]>;
  /** The users who gained their first or lost their last row. */
  readonly moved: readonly string[];
}

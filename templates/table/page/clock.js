/**
 * The server's clock, told in this page's.
 *
 * A request was answered between the moments it was sent and its answer came; the server's stamp
 * lies somewhere in between. The shortest exchange of the last few tells it best.
 */

const KEPT = 8;

export function createClock() {
  /** @type {{ ahead: number, within: number }[]} */
  const samples = [];
  return {
    /**
     * @param {number} sent when a request was sent, in this page's ms
     * @param {number} answered when its answer came
     * @param {number} stamp what the server's clock said in between
     */
    sample(sent, answered, stamp) {
      samples.push({ ahead: stamp - (sent + answered) / 2, within: (answered - sent) / 2 });
      if (samples.length > KEPT) samples.shift();
    },
    /**
     * @param {number} stamp of the server
     * @returns {number} the same moment in this page's ms
     */
    here(stamp) {
      return stamp - (best()?.ahead ?? 0);
    },
    /** How wrong that may be, in ms; undefined before the first sample. */
    get within() {
      return best()?.within;
    },
  };

  function best() {
    return samples.toSorted((a, b) => a.within - b.within)[0];
  }
}

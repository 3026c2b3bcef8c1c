// What somebody who wants Artillery to count what comes in has to write: its ws engine does not.
module.exports = {
  count(context, events, done) {
    context.ws.on("message", (data) => {
      if (JSON.parse(data).type === "delta") events.emit("counter", "deltas", 1);
    });
    done();
  },
};

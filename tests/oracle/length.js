"use strict";
// Reads one JSON string a line; writes one line each: [weighted length, is it valid].
const { parseTweet } = require("twitter-text");
require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { weightedLength, valid } = parseTweet(JSON.parse(line));
    process.stdout.write(JSON.stringify([weightedLength, valid]) + "\n");
  });

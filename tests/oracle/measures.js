"use strict";
// Reads one JSON string a line; writes one line each: how long the text is, as JavaScript's own Unicode tables say.
const { parseTweet } = require("twitter-text");
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const graphemes = (text) => [...segmenter.segment(text)].map((one) => one.segment);
const bytes = (text) => Buffer.byteLength(text, "utf8");
const emoji = (one) =>
  /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3/u.test(one) && (one >= "\u2000" || one.length > 1);
const status = (text) =>
  text.replace(/https?:\/\/\S*[\p{L}\p{N}\p{M}\/=]/gu, "x".repeat(23)).replace(/(?<![\p{L}\p{N}\/=@])(@\w+)@[\p{L}\p{N}.-]+[\p{L}\p{N}]/gu, "$1");
require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const text = JSON.parse(line);
    const told = {
      x: parseTweet(text).weightedLength,
      bluesky: [graphemes(text).length, bytes(text)],
      telegram: text.length,
      mastodon: graphemes(status(text)).length,
      threads: graphemes(text).reduce((sum, one) => sum + (emoji(one) ? bytes(one) : 1), 0),
    };
    process.stdout.write(JSON.stringify(told) + "\n");
  });

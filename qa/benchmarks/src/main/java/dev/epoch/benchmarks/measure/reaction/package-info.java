/** Measures of what follows a commit: streams of events, webhooks, promotions. */
package dev.epoch.benchmarks.measure.reaction;

/**
 * What a run of the benchmarks says: figures beside their goals, and the machine that they are of.
 */
package dev.epoch.benchmarks.report;

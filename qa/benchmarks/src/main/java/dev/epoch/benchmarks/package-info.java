/**
 * Benchmarks of the real server, each against plain PostgreSQL in the same run.
 *
 * <p>{@code measure} has one class per measure; the classes here start the processes, interleave
 * the operations, and report.
 */
package dev.epoch.benchmarks;

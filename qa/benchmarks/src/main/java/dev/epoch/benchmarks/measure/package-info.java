/** One class per measure of the benchmarks. */
package dev.epoch.benchmarks.measure;

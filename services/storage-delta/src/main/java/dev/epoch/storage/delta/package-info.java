/**
 * Delta tables in object stores, by Delta Kernel: what is in a version of one.
 *
 * <p>{@code file} is where Kernel meets the stores.
 */
package dev.epoch.storage.delta;

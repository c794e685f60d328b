/** Storage backends, without their secrets. */
package dev.epoch.projections.storages;

/** The catalog: classes, instances, configurations. */
package dev.epoch.catalog;

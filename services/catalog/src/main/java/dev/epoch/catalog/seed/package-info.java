/** A catalog to try things on. */
package dev.epoch.catalog.seed;

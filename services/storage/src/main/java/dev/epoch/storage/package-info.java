/**
 * Where the rows of tables live: what every backend implements, by what it is about, and a package
 * for each backend.
 */
package dev.epoch.storage;

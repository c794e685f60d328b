/** The catalog over HTTP: {@code /databases}, {@code /solve} and {@code /artifacts}. */
package dev.epoch.catalog.api;

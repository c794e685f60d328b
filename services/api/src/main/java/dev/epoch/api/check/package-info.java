/** Checks, and what is said about commits. */
package dev.epoch.api.check;

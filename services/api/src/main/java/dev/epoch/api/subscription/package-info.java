/** Readers of events whose positions the server keeps. */
package dev.epoch.api.subscription;

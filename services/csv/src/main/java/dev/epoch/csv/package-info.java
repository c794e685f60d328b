/** Comma-separated values (RFC 4180), as server and command line write them. */
package dev.epoch.csv;

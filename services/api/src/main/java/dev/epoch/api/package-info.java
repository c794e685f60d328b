/**
 * The REST API: what a request says, what the services make of it, what is answered.
 *
 * <pre>
 *   resource   one class for each group of paths; the only classes that know JAX-RS methods
 *   request    bodies of requests, and who asks for what
 *   view       bodies of answers
 *   record     records, keys and changes as JSON, and streams of them
 *   json       how JSON is read and written
 *   error      the one table from failures to status, wire name and body
 * </pre>
 */
package dev.epoch.api;

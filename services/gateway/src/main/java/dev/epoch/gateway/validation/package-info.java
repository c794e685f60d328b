/** Whether commits are what they say: everything is read and hashed anew. */
package dev.epoch.gateway.validation;

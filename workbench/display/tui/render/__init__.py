"""Pure drawing: values of the model in, `Content` out. Nothing here needs a running application."""

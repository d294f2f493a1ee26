"""The JSON Schemas of what goes in and what comes out, made from the models themselves."""

from pydantic.json_schema import JsonSchemaValue, models_json_schema

from triage.assessment import Assessment
from triage.loading import SHAPES
from triage.pack import CasesFile, Cause, Model


def assessment_schema() -> JsonSchemaValue:
    """The JSON Schema of what ``triage run --format json`` prints."""
    return Assessment.model_json_schema(by_alias=True, mode="serialization")


def pack_schema() -> JsonSchemaValue:
    """One JSON Schema with a property for each file of a pack (``causes/*.yaml`` for every cause)."""
    shapes: dict[str, type[Model]] = {**SHAPES, "causes/*.yaml": Cause, "cases.yaml": CasesFile}
    references, definitions = models_json_schema(
        [(shape, "validation") for shape in shapes.values()], by_alias=True
    )
    return {
        **definitions,
        "title": "Files of a pack",
        "type": "object",
        "properties": {file: references[shape, "validation"] for file, shape in shapes.items()},
    }
